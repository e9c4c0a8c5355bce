"""Real tables: the four that every course uses, read from the files scikit-learn carries."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from playground.blocks.code import Code
from playground.blocks.signal import Signal
from playground.data.base import (
    SCALING_HELP,
    ClassDataset,
    Dataset,
    Examples,
    Measured,
    RegressionDataset,
    RowsInOrder,
    Scaling,
    column_signal,
)
from playground.data.packaged import numbers_in
from playground.document.declaration import parameter

UCI = "UCI Machine Learning Repository (CC BY 4.0), from the package scikit-learn (BSD-3)."


class ClassTable(RowsInOrder, ClassDataset):
    """Base of the tables whose last column is a class number."""

    file: ClassVar[str]
    loader: ClassVar[str]
    """The function of scikit-learn that reads it, which others use."""
    columns: ClassVar[tuple[str, ...]]
    classes: ClassVar[tuple[str, ...]]
    rows: ClassVar[int]

    scaling: Scaling = parameter("standardize", help=SCALING_HELP)

    def class_names(self) -> tuple[str, ...]:
        return self.classes

    def feature_signal(self) -> Signal:
        return column_signal(len(self.used_columns()))

    def subtitle(self) -> str:
        return f"{self.rows} rows · {len(self.used_columns())} columns"

    def used_columns(self) -> tuple[str, ...]:
        """The columns that are features."""
        return self.columns

    def to_code(self, *inputs: Signal) -> Code:
        places = [self.columns.index(name) for name in self.used_columns()]
        chosen = "" if len(places) == len(self.columns) else f"[:, {places}]"
        read = f"features, target = {self.loader}(return_X_y=True)"
        return Code(
            f"features{chosen}.astype(np.float32), target",
            imports=(f"from sklearn.datasets import {self.loader}",),
            start=(read,),
        )

    def generate(self, generator: np.random.Generator) -> Examples:
        numbers = numbers_in("sklearn", f"datasets/data/{self.file}", skip=1)
        used = self.used_columns()
        features = numbers[:, [self.columns.index(name) for name in used]]
        return Examples(features.astype(np.float32), numbers[:, -1].astype(np.int64), used, self.class_names())


class Iris(ClassTable):
    """Fisher's iris flowers."""

    id: ClassVar[str] = "iris"
    title: ClassVar[str] = "Iris"
    summary: ClassVar[str] = "150 iris flowers of three species, four lengths each: small, real and almost separable."
    question: ClassVar[str] = "To which species does a flower belong?"
    source: ClassVar[str] = "Fisher 1936, The use of multiple measurements in taxonomic problems"
    licence: ClassVar[str] = UCI
    file: ClassVar[str] = "iris.csv"
    loader: ClassVar[str] = "load_iris"
    columns: ClassVar[tuple[str, ...]] = (
        "sepal length (cm)",
        "sepal width (cm)",
        "petal length (cm)",
        "petal width (cm)",
    )
    classes: ClassVar[tuple[str, ...]] = ("setosa", "versicolor", "virginica")
    rows: ClassVar[int] = 150

    measurements: Literal["all", "petals", "sepals"] = parameter(
        "all", help="Which lengths to use; the two of petals or sepals alone give a decision boundary to look at."
    )

    def used_columns(self) -> tuple[str, ...]:
        return {"all": self.columns, "petals": self.columns[2:], "sepals": self.columns[:2]}[self.measurements]


class Wine(ClassTable):
    """Wines of three growers."""

    id: ClassVar[str] = "wine"
    title: ClassVar[str] = "Wine"
    summary: ClassVar[str] = "178 wines of three growers by 13 measurements, whose scales differ a thousandfold."
    question: ClassVar[str] = "Which of three growers made a wine?"
    source: ClassVar[str] = "Forina et al. 1991, PARVUS; wine recognition data (UCI)"
    licence: ClassVar[str] = UCI
    file: ClassVar[str] = "wine_data.csv"
    loader: ClassVar[str] = "load_wine"
    columns: ClassVar[tuple[str, ...]] = (
        "alcohol",
        "malic_acid",
        "ash",
        "alcalinity_of_ash",
        "magnesium",
        "total_phenols",
        "flavanoids",
        "nonflavanoid_phenols",
        "proanthocyanins",
        "color_intensity",
        "hue",
        "od280/od315_of_diluted_wines",
        "proline",
    )
    classes: ClassVar[tuple[str, ...]] = ("class_0", "class_1", "class_2")
    rows: ClassVar[int] = 178


class BreastCancer(ClassTable):
    """Cell nuclei of breast tissue."""

    id: ClassVar[str] = "breast-cancer"
    title: ClassVar[str] = "Breast cancer"
    summary: ClassVar[str] = (
        "569 tissue samples by 30 measurements of their cell nuclei: a miss costs more than a false alarm."
    )
    question: ClassVar[str] = "Is a tumour malignant or benign?"
    source: ClassVar[str] = "Street, Wolberg and Mangasarian 1993, Wisconsin diagnostic breast cancer (UCI)"
    licence: ClassVar[str] = UCI
    file: ClassVar[str] = "breast_cancer.csv"
    loader: ClassVar[str] = "load_breast_cancer"
    columns: ClassVar[tuple[str, ...]] = tuple(
        name.format(measure)
        for name in ("mean {}", "{} error", "worst {}")
        for measure in (
            "radius",
            "texture",
            "perimeter",
            "area",
            "smoothness",
            "compactness",
            "concavity",
            "concave points",
            "symmetry",
            "fractal dimension",
        )
    )
    classes: ClassVar[tuple[str, ...]] = ("malignant", "benign")
    rows: ClassVar[int] = 569


class Diabetes(RowsInOrder, RegressionDataset):
    """How diabetes went on within a year."""

    id: ClassVar[str] = "diabetes"
    title: ClassVar[str] = "Diabetes"
    summary: ClassVar[str] = "442 patients, ten measurements, and how far the illness went in a year; much is chance."
    question: ClassVar[str] = "How far does the illness go within a year?"
    source: ClassVar[str] = "Efron, Hastie, Johnstone and Tibshirani 2004, Least angle regression"
    licence: ClassVar[str] = "Published with the paper by its authors, from the package scikit-learn (BSD-3)."
    columns: ClassVar[tuple[str, ...]] = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")

    scaling: Scaling = parameter("standardize", help=SCALING_HELP)
    target_scaling: Measured = parameter(
        "standardize",
        label="Target scaling",
        help="The raw target goes from 25 to 346, which makes squared errors in the thousands.",
    )

    def feature_signal(self) -> Signal:
        return column_signal(len(self.columns))

    def target_names(self) -> tuple[str, ...]:
        return ("progression",)

    def subtitle(self) -> str:
        return f"442 rows · {len(self.columns)} columns"

    def to_code(self, *inputs: Signal) -> Code:
        return Code(
            "features.astype(np.float32), target[:, None].astype(np.float32)",
            imports=("from sklearn.datasets import load_diabetes",),
            start=("features, target = load_diabetes(return_X_y=True, scaled=False)",),
        )

    def generate(self, generator: np.random.Generator) -> Examples:
        features = numbers_in("sklearn", "datasets/data/diabetes_data_raw.csv.gz", separator=" ")
        target = numbers_in("sklearn", "datasets/data/diabetes_target.csv.gz", separator=" ")
        return Examples(features.astype(np.float32), target.astype(np.float32), self.columns)


DATASETS: tuple[type[Dataset], ...] = (Iris, Wine, BreastCancer, Diabetes)
