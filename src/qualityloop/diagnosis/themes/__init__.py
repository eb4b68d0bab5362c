"""What complaints, comments and reviews are about: themes, confirmed by people, with checked shares."""
