"""Pictures and the pixels that Pillow finds in them: a line for each, NAME TOLERANCE:WIDTHxHEIGHT (FRAME-FILE MILLISECONDS)..."""
import io, os, struct, subprocess, sys, zlib
from PIL import Image, ImageOps

folder = sys.argv[1]


def put(name, data, frames, tolerance=0):
    open(os.path.join(folder, name), "wb").write(data)
    line = [name, f"{tolerance}:{frames[0][0].width}x{frames[0][0].height}"]
    for i, (image, delay) in enumerate(frames):
        open(os.path.join(folder, f"{name}.{i}.rgba"), "wb").write(image.convert("RGBA").tobytes())
        line += [f"{name}.{i}.rgba", str(delay)]
    print(*line)


source = Image.new("RGB", (48, 32))
for x in range(48):
    for y in range(32):
        source.putpixel((x, y), (x * 5, y * 7, 90 if (x // 8 + y // 8) % 2 else 160))
ppm = b"P6\n48 32\n255\n" + source.tobytes()
# Sampling factors that TurboJPEG has a name for, and those that it has none for.
for factors in ("1x1,1x1,1x1", "2x1,1x1,1x1", "2x2,1x1,1x1", "1x2,1x1,1x1", "4x1,1x1,1x1", "4x2,1x1,1x1", "1x4,1x1,1x1", "3x1,1x1,1x1", "2x1,2x1,2x1", "2x2,2x1,1x1", "2x2,1x2,1x2", "1x1,1x1,2x2"):
    for more in ((), ("-progressive",)):
        jpeg = subprocess.run(["cjpeg", "-sample", factors, *more], input=ppm, capture_output=True, check=True).stdout
        put(f"sampled-{factors}{''.join(more)}.jpg".replace(",", "_"), jpeg, [(Image.open(io.BytesIO(jpeg)), 0)], 3)
for orientation in range(1, 9):
    for order in "<", ">":
        exif = Image.Exif()
        exif.endian = order
        exif[0x112] = orientation
        data = io.BytesIO()
        source.save(data, "JPEG", quality=100, subsampling=0, exif=exif.tobytes())
        put(f"turned-{orientation}{'' if order == '<' else '-be'}.jpg", data.getvalue(), [(ImageOps.exif_transpose(Image.open(io.BytesIO(data.getvalue()))), 0)], 3)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# Pillow writes animations with places, disposals and blending of every kind, and reads them.
for disposal in 0, 1, 2:
    for blend in 0, 1:
        frames = []
        for i in range(6):
            frame = Image.new("RGBA", (20, 12), (0, 0, 0, 0))
            # Half transparent over opaque is opaque, but not to Pillow.
            frame.paste((40 * i, 255 - 40 * i, 90, 255 if i % 2 or blend else 128), (i, i, i + 8, i + 5))
            frames.append(frame)
        data = io.BytesIO()
        frames[0].save(data, "PNG", save_all=True, append_images=frames[1:], duration=[100, 50, 70, 200, 10, 30], disposal=disposal, blend=blend)
        animation = Image.open(io.BytesIO(data.getvalue()))
        shown = []
        for i in range(animation.n_frames):
            animation.seek(i)
            shown.append((animation.convert("RGBA").copy(), int(animation.info["duration"])))
        put(f"moving-{disposal}-{blend}.png", data.getvalue(), shown, 1)
# An animation that contradicts itself is its one picture.
still = io.BytesIO()
source.save(still, "PNG")
whole = still.getvalue()
put("no-frames.png", whole[:33] + chunk(b"acTL", struct.pack(">II", 2, 0)) + whole[33:], [(source, 0)])
put("wrong-frame.png", whole[:33] + chunk(b"acTL", struct.pack(">II", 1, 0)) + chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 480, 32, 0, 0, 1, 10, 0, 0)) + whole[33:], [(source, 0)])
# What is left of one that ends early: the rows that are there.
noise = Image.effect_noise((64, 64), 90).convert("RGB")
data = io.BytesIO()
noise.save(data, "PNG")
part = data.getvalue()[: len(data.getvalue()) * 2 // 3]
read = b""
inflated = zlib.decompressobj()
at = 8
while at + 8 <= len(part):
    length, kind = struct.unpack(">I4s", part[at:at + 8])
    if kind == b"IDAT":
        read += inflated.decompress(part[at + 8:at + 8 + length])
    at += 12 + length
rows = len(read) // (1 + 64 * 3)
left = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
left.paste(noise.crop((0, 0, 64, rows)).convert("RGBA"), (0, 0))
put("ends-early.png", part, [(left, 0)])
