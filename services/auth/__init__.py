"""Auth: who may sign in or send us commands, and the proof that he did.

Owns     users, password hashes, sessions with their refresh tokens, failed log-ins,
         where each name has signed in, signing keys, which customers may sign in; partners with
         what each may do, their public keys, digests of their passwords at the broker
Handles  LogIn, RefreshSession, LogOut, CreateUser, UpdateUser, ChangePassword
         GetMe, ListUsers, GetKeys, ListRevokedSessions; CreatePartner, ChangePartner,
         AddPartnerKey, RevokePartnerKey, SuspendPartner, ResumePartner, ClosePartner,
         RotatePartnerPassword, GetPartner, ListPartners, ListLanes;
         hears CustomerStatusChanged, CustomerUpdated, IntakeClosed
Tells    SessionRevoked, PartnerChanged
Always   no password, refresh token or private key is stored in the clear; a refresh token works
         once; failures slow a name at a source, a source, and a name, by a quarter of an hour at
         most each; strangers do not slow a name where it has signed in before
"""
