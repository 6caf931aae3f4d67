"""What a user should take: several strategies one after the other."""
