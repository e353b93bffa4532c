"""The lanes of partners, as the ingress opens and reads them.

lanes       which are open
reading     one of them, batch by batch
taking      one message, judged and let in or refused
closing     a lane that closes by itself
answering   answers, kept and told
hearing     events of accounts and loans, told
auditing    rows of the audit trail
"""
