"""Proofs that somebody has her key: challenges sealed to it."""
