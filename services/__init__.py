"""The nine services, one package each; they know each other only through contracts/."""
