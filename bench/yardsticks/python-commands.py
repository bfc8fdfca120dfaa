"""Python's subprocess.run of true, with its output in pipes. usage: python-commands.py COUNT; prints: processes, nanoseconds"""
import subprocess, sys, time
count = int(sys.argv[1])
begun = time.perf_counter_ns()
for _ in range(count):
    subprocess.run(["true"], capture_output=True, check=True)
print(count, time.perf_counter_ns() - begun)
