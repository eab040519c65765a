"""The whole product on one machine: the production deploy, on an embedded AWS."""
