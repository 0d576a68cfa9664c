"""The page objects: one documented object per screen, which is all that its template sees."""
