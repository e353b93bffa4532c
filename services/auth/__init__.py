"""Auth: who may sign in, and the proof that he did.

Owns     users, password hashes, sessions with their refresh tokens, failed log-ins,
         where each name has signed in, signing keys, which customers may sign in
Handles  LogIn, RefreshSession, LogOut, CreateUser, UpdateUser, ChangePassword
         GetMe, ListUsers, GetKeys, ListRevokedSessions; hears CustomerStatusChanged,
         CustomerUpdated
Tells    SessionRevoked
Always   no password, refresh token or private key is stored in the clear; a refresh token works
         once; failures slow a name at a source, a source, and a name, by a quarter of an hour at
         most each; strangers do not slow a name where it has signed in before
"""
