"""Prints file, number of links and title of every page of a folder, as an independent parser finds them."""
import os
import sys

from bs4 import BeautifulSoup

folder = sys.argv[1]
for name in sorted(os.listdir(folder)):
    if name.endswith(".html"):
        with open(os.path.join(folder, name), "rb") as page:
            soup = BeautifulSoup(page.read(), "html5lib")
        title = " ".join(soup.title.get_text().split()) if soup.title else ""
        print(name, len(soup.select("a[href], area[href]")), title, sep="\t")
