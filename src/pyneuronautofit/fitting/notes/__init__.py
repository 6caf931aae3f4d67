"""What a person should know about a fit: before it begins, while it goes on, when it is over."""
