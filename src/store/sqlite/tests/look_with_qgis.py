# What QGIS, without a window, says of layers of a GeoPackage: a line each, parts separated by '|'.
import os
import sys

from qgis.core import QgsApplication, QgsVectorLayer

app = QgsApplication([], False)
app.initQgis()
for name in sys.argv[2:]:
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")
    box = layer.extent()
    extent = " ".join(f"{number:.8f}" for number in (box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()))
    texts = sorted({str(f["name"]) for f in layer.getFeatures()} if "name" in layer.fields().names() else set())
    rows = sum(1 for _ in layer.getFeatures())
    print(name, layer.isValid(), layer.featureCount(), rows, layer.crs().authid(), extent, texts[-1] if texts else "",
          sep="|")
sys.stdout.flush()
# Its own way out crashes where there is no desktop.
os._exit(0)
