"""The voice of the customer: survey answers, complaints, reviews, praise."""
