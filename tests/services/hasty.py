"""The product's settings, but what a password costs: for servers whose tests sign in many for something else."""

from chatify.settings import *  # noqa: F403
from chatify.settings import PASSWORD_HASHERS

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
