"""HTTP: one blueprint per noun, joined in `app.py`; `http.py` says once how a request becomes an answer."""
