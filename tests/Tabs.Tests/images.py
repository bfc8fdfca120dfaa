"""Writes images in every format, and beside each the pixels that Pillow finds in it: NAME, NAME.N.rgba for frame N."""
import os
import random
import sys

from PIL import Image, ImageDraw

folder = sys.argv[1]
random.seed(1)


def noise(width, height, mode="RGB"):
    return Image.frombytes("RGB", (width, height), bytes(random.randrange(256) for _ in range(width * height * 3))).convert(mode)


def frames(count):
    pictures = []
    for i in range(count):
        picture = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
        ImageDraw.Draw(picture).rectangle([i * 3, i * 2, i * 3 + 15, i * 2 + 10], fill=(random.randrange(256), 128, i * 20, 255))
        pictures.append(picture)
    return pictures


def save(name, picture, **how):
    picture.save(os.path.join(folder, name), **how)


for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
    save(f"{mode}.png", noise(33, 17, mode))
for mode in ("1", "L", "P", "RGB", "RGBA"):
    save(f"{mode}.bmp", noise(33, 17, mode))
save("plain.jpg", noise(64, 48), quality=80)
save("grey.jpg", noise(64, 48, "L"), quality=80)
save("progressive.jpg", noise(65, 49), progressive=True, subsampling=2)
save("ink.jpg", Image.new("CMYK", (20, 10), (10, 200, 30, 40)), quality=95)
save("lossy.webp", noise(65, 33))
save("lossless.webp", noise(20, 33, "RGBA"), lossless=True)
save("icon.ico", noise(48, 48, "RGBA"), sizes=[(16, 16), (48, 48)])
save("plain.gif", noise(31, 17, "P"))
first, *more = frames(6)
save("moving.webp", first, save_all=True, append_images=more, duration=[50, 60, 70, 80, 90, 100], lossless=True)
first, *more = [picture.convert("P") for picture in frames(6)]
save("moving.gif", first, save_all=True, append_images=more, duration=100, disposal=1, transparency=0)

real = []
for root in sys.argv[2:]:
    for path, _, names in os.walk(root):
        real += [os.path.join(path, name) for name in names if name.endswith((".png", ".jpg", ".gif", ".webp"))]
for number, path in enumerate(sorted(real)[:300]):
    with open(path, "rb") as source, open(os.path.join(folder, f"real-{number:03}{os.path.splitext(path)[1]}"), "wb") as copy:
        copy.write(source.read())

for name in sorted(os.listdir(folder)):
    with Image.open(os.path.join(folder, name)) as picture:
        for frame in range(getattr(picture, "n_frames", 1)):
            picture.seek(frame)
            with open(os.path.join(folder, f"{name}.{frame}.rgba"), "wb") as pixels:
                pixels.write(picture.convert("RGBA").tobytes())
