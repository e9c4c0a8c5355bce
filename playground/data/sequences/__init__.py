"""Sequences made for one question each: what can a network carry from one step to another?"""
