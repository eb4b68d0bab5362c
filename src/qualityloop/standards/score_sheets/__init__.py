"""Score sheets (评分表) as documents: kind, editor, try-out."""
