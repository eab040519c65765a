"""Lamppost: schedules and publishes social posts from AWS Lambda."""
