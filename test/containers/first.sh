#!/bin/sh
# Stands for s6-overlay's /init, which works as the first process of its container only.
if [ "$$" = 1 ]; then echo I am first; else echo not first; fi
