# SPDX-License-Identifier: MIT
"""What every ring of tests stands on: a PostgreSQL cluster, a server, tokens, a client that reads the contract."""
