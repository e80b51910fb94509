"""What the inbox page is measured against."""
