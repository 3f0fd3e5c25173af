# SPDX-License-Identifier: MIT
"""Own and other people's objects for the role matrix: one entry a path parameter."""
