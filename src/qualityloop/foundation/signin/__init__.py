"""Coming in: passwords, second factors, passkeys, the organisation's own sign-in, lock-out, sessions."""
