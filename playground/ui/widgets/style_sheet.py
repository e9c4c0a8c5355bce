"""The small style sheet made from the theme's tokens."""

from __future__ import annotations

from playground.paths import RESOURCES
from playground.ui.widgets.tokens import Tokens


def style_sheet(tokens: Tokens, scale: float = 1.0) -> str:
    """QSS for the whole program; sizes grow with `scale`."""

    def px(size: float) -> str:
        return f"{max(1, round(size * scale))}px"

    arrow = (RESOURCES / "style" / "chevron-down.svg").as_posix()
    return f"""
    QToolTip {{ background: {tokens.panel}; color: {tokens.text}; border: 1px solid {tokens.line}; padding: {px(6)};
        font-size: {px(13)}; }}
    QMessageBox, QDialog {{ background: {tokens.page}; }}
    QMessageBox QLabel {{ color: {tokens.text}; }}
    QMessageBox QLabel#qt_msgbox_informativelabel {{ min-width: {px(280)}; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QMenuBar {{ background: {tokens.panel}; color: {tokens.text}; border-bottom: 1px solid {tokens.line}; }}
    QMenuBar::item {{ background: transparent; padding: {px(4)} {px(9)}; border-radius: {px(4)}; }}
    QMenuBar::item:selected {{ background: {tokens.hover}; }}
    QTextBrowser {{ background: {tokens.panel}; }}
    QMainWindow::separator {{ background: {tokens.line}; width: 1px; height: 1px; }}
    QLabel[role="section"] {{ color: {tokens.secondary}; font-weight: 600; font-size: {px(11)}; }}
    QLabel[role="secondary"] {{ color: {tokens.secondary}; }}
    QLabel[role="title"] {{ font-weight: 600; font-size: {px(15)}; }}
    QLabel[role="error"] {{ color: {tokens.error}; }}
    QPushButton, QToolButton[role="button"] {{
        background: {tokens.panel}; color: {tokens.text}; border: 1px solid {tokens.line};
        border-radius: {px(6)}; padding: {px(5)} {px(12)}; }}
    QPushButton:hover, QToolButton[role="button"]:hover {{ background: {tokens.hover}; }}
    QPushButton:focus, QToolButton[role="button"]:focus {{ border-color: {tokens.accent}; }}
    QPushButton:checked {{ background: {tokens.hover}; color: {tokens.accent}; border-color: {tokens.accent}; }}
    QPushButton:disabled {{ color: {tokens.secondary}; }}
    QPushButton[role="primary"] {{
        background: {tokens.accent}; color: {tokens.accent_text}; border-color: {tokens.accent}; font-weight: 600; }}
    QPushButton[role="primary"]:disabled {{
        background: {tokens.field}; color: {tokens.secondary}; border-color: {tokens.line}; }}
    QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit {{
        background: {tokens.field}; color: {tokens.text}; border: 1px solid {tokens.line};
        border-radius: {px(5)}; padding: {px(3)} {px(7)}; selection-background-color: {tokens.accent}; }}
    QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus {{ border-color: {tokens.accent}; }}
    QComboBox QAbstractItemView {{ background: {tokens.panel}; color: {tokens.text}; border: 1px solid {tokens.line}; }}
    QLineEdit[role="title"] {{ background: transparent; border-color: transparent; font-weight: 600;
        font-size: {px(15)}; padding: {px(2)} 0; }}
    QLineEdit[role="title"]:hover {{ border-color: {tokens.line}; padding: {px(2)} {px(4)}; }}
    QLineEdit[role="title"]:focus {{ border-color: {tokens.accent}; background: {tokens.field};
        padding: {px(2)} {px(4)}; }}
    QHeaderView, QTableView QTableCornerButton::section {{ background: {tokens.panel}; border: 0; }}
    QHeaderView::section {{ background: {tokens.field}; color: {tokens.secondary}; border: 0;
        border-right: 1px solid {tokens.line}; border-bottom: 1px solid {tokens.line}; padding: {px(2)} {px(5)}; }}
    QTableView {{ background: {tokens.panel}; color: {tokens.text}; border: 1px solid {tokens.line};
        gridline-color: {tokens.line}; selection-background-color: {tokens.accent};
        selection-color: {tokens.accent_text}; }}
    QTableView QLineEdit {{ border-radius: 0; padding: 0 {px(2)}; }}
    QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled {{ color: {tokens.secondary}; }}
    QComboBox::drop-down {{ border: 0; width: {px(20)}; }}
    QComboBox::down-arrow {{ image: url("{arrow}"); width: {px(12)}; height: {px(12)}; }}
    QuietComboBox::drop-down {{ border: 0; width: {px(18)}; }}
    QuietComboBox::down-arrow {{ image: none; }}
    QuietSpinBox::up-button, QuietSpinBox::down-button {{ border: 0; background: transparent; width: {px(18)}; }}
    QuietSpinBox::up-arrow, QuietSpinBox::down-arrow {{ image: none; }}
    QMenu {{ background: {tokens.panel}; color: {tokens.text}; border: 1px solid {tokens.line}; padding: {px(4)}; }}
    QMenu::item {{ padding: {px(5)} {px(22)}; border-radius: {px(4)}; }}
    QMenu::item:selected {{ background: {tokens.hover}; }}
    QMenu::item:disabled {{ color: {tokens.secondary}; }}
    QMenu::separator {{ height: 1px; background: {tokens.line}; margin: {px(4)}; }}
    QFrame#waiting-strip {{ background: {tokens.panel}; border: 1px solid {tokens.line}; border-radius: {px(6)}; }}
    QProgressBar {{ background: {tokens.field}; border: 1px solid {tokens.line}; border-radius: {px(5)};
        max-height: {px(10)}; }}
    QProgressBar::chunk {{ background: {tokens.accent}; border-radius: {px(4)}; }}
    QListWidget[role="rail"] {{ background: transparent; border: 0; outline: 0; }}
    QListWidget[role="rail"]::item {{ color: {tokens.secondary}; border-radius: {px(6)}; padding: {px(6)} {px(10)};
        margin: 1px 0; }}
    QListWidget[role="rail"]::item:hover {{ background: {tokens.hover}; }}
    QListWidget[role="rail"]::item:selected {{ color: {tokens.accent}; background: {tokens.hover}; font-weight: 600; }}
    QTabWidget::pane {{ border: 0; }}
    QTabBar::tab {{ background: transparent; color: {tokens.secondary}; padding: {px(9)} {px(14)}; border: 0; }}
    QTabBar::tab:selected {{ color: {tokens.text}; font-weight: 600; border-bottom: 2px solid {tokens.accent}; }}
    ColumnTabs > QTabBar::tab {{ padding: {px(4)} {px(12)}; }}
    QScrollArea {{ border: 0; background: transparent; }}
    QAbstractScrollArea::corner {{ background: transparent; border: 0; }}
    QScrollBar:vertical {{ background: transparent; width: {px(8)}; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: {px(8)}; margin: 0; }}
    QScrollBar::handle {{
        background: {tokens.line}; border-radius: {px(3)}; margin: 1px; min-height: {px(28)}; min-width: {px(28)}; }}
    QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {tokens.secondary}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QSlider::groove:horizontal {{ height: {px(4)}; background: {tokens.line}; border-radius: {px(2)}; }}
    QSlider::sub-page:horizontal {{ background: {tokens.accent}; border-radius: {px(2)}; }}
    QSlider::sub-page:horizontal:disabled {{ background: {tokens.line}; }}
    QSlider::handle:horizontal:disabled {{ border-color: {tokens.line}; }}
    QSlider::handle:horizontal {{
        background: {tokens.panel}; border: 2px solid {tokens.accent}; width: {px(12)}; height: {px(12)};
        margin: -{px(6)} 0; border-radius: {px(8)}; }}
    """
