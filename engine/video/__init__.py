"""Video in and video out: looking at a file, measuring its picture, finding its shots, writing it with new music."""
