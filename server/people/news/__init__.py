"""Mail to somebody about what was done to her own key or sign-in: was it you?"""
