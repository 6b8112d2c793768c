"""Makes the speaker model CAM++ readable for ONNX Runtime; only for `fetch_model.py`.

The model is published as a PyTorch checkpoint. `weights` reads its arrays without PyTorch and
without running what a pickle may hold, `graph` builds the network around them.
"""
