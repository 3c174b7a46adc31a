# SPDX-License-Identifier: LGPL-2.1-or-later
"""What stands in for the world outside: servers that do as a script says. Never for parts of our own."""
