"""The bank in containers: one image, and docker-compose.yml says what each container runs."""
