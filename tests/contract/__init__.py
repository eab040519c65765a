"""One suite for every platform, over real HTTP against its stand-in: a platform without a case fails."""
