"""Key problems of tickets, complaints, reviews and survey comments: tags by rule, by hand, and suggested."""
