"""The lanes of partners, as the ingress opens and reads them.

lanes       which are open
reading     one of them, batch by batch
taking      one message, judged and let in or refused
answering   answers, kept and told
"""
