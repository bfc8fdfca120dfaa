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


# Interlaced pictures of every depth and kind, as the passes of the standard give their pixels, and as browsers reduce 16 bits to 8.
def interlaced(name, kind, depth, sample):
    width, height = 33, 17
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[kind]
    raw = b""
    for left, top, right, down in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
        for y in range(top, height, down):
            line = b"".join(v.to_bytes(depth // 8, "big") for x in range(left, width, right) for v in sample(x, y)[:channels])
            raw += b"\0" + line if line else b""
    most = (1 << depth) - 1
    picture = Image.new("RGBA", (width, height))
    for x in range(width):
        for y in range(height):
            shown = [(v * 255 + most // 2) // most for v in sample(x, y)[:channels]]
            colour = shown[:3] if kind & 2 else shown[:1] * 3
            picture.putpixel((x, y), (*colour, shown[-1] if kind & 4 else 255))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 1))
    put(name, b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""), [(picture, 0)], 4)


for kind in (0, 2, 4, 6):
    for depth in (8, 16):
        # Alpha stays above a half: below, the library's linear colours are too coarse to compare.
        interlaced(f"interlaced-{kind}-{depth}.png", kind, depth, lambda x, y: (
            [(x * 701 * depth) % (1 << depth), (1 << depth) - 1 - (y * 37 * depth) % (1 << (depth - 1))] if kind == 4 else
            [(x * 701 * depth) % (1 << depth), (y * 801 * depth) % (1 << depth), (x * y * 31) % (1 << depth), (1 << depth) - 1 - (x * y * 33) % (1 << (depth - 1))]))


# Bitmaps of two bits a pixel; of 32 without masks, whose fourth byte says nothing; and what is left of one that ends early.
def bitmap(bits, colours, rows, keep=None):
    data = b"".join(row + b"\0" * (-len(row) % 4) for row in rows)
    data = data if keep is None else data[:keep]
    size = struct.pack("<IiiHHIIiiII", 40, 19, 11, 1, bits, 0, len(data), 2835, 2835, len(colours), 0)
    table = b"".join(bytes([b, g, r, 0]) for r, g, b in colours)
    return b"BM" + struct.pack("<IHHI", 54 + len(table) + len(data), 0, 0, 54 + len(table)) + size + table + data


colours = [(200, 10, 30), (0, 250, 60), (90, 90, 90), (255, 255, 255)]
two, four, kept = Image.new("RGBA", (19, 11)), Image.new("RGBA", (19, 11)), Image.new("RGBA", (19, 11), (0, 0, 0, 0))
for x in range(19):
    for y in range(11):
        two.putpixel((x, y), (*colours[(x + y) % 4], 255))
        four.putpixel((x, y), (x * 9, y * 20, 77, 255))
        if y >= 7:
            kept.putpixel((x, y), (x * 9, y * 20, 77, 255))
packed = [bytes(int("".join(format((x + i + y) % 4, "02b") if x + i < 19 else "00" for i in range(4)), 2) for x in range(0, 19, 4)) for y in range(10, -1, -1)]
wide = [b"".join(bytes([77, y * 20, x * 9, x * 13]) for x in range(19)) for y in range(10, -1, -1)]
put("two-bits.bmp", bitmap(2, colours, packed), [(two, 0)])
put("fourth-byte.bmp", bitmap(32, [], wide), [(four, 0)])
put("ends-early.bmp", bitmap(32, [], wide, keep=4 * 19 * 4 + 30), [(kept, 0)])
