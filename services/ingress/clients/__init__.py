"""The lanes of partners, as the ingress opens and reads them."""
