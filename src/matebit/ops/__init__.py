"""Operations with a backward of their own, each beside its plain form; one switch chooses."""
