"""Hold the invented pages of the demonstration archive, in French and English (CC0)."""

WESTERN = """<h1>Objectif</h1>
<p>Vérifier l'extinction de la protéine <strong>ACTN4</strong> dans des cellules HeLa par trois petits ARN interférents,
48&nbsp;heures après la transfection. <em>Démonstration : données inventées.</em></p>
<h2>Protocole</h2>
<ol><li>Lyse dans 150&nbsp;µL de tampon RIPA, 30&nbsp;min sur glace.</li>
<li>Dosage de Bradford ; dépôt de 20&nbsp;µg par puits.</li>
<li>Migration à 120&nbsp;V pendant 90&nbsp;min, transfert semi-humide.</li></ol>
<ul><li><input type="checkbox" checked> anticorps primaire au 1/1000, une nuit à 4&nbsp;°C</li>
<li><input type="checkbox" checked> trois lavages en TBS-Tween</li>
<li><input type="checkbox"> second lavage au détergent doux</li></ul>
<h2>Résultats</h2>
<p><img src="./Western blot 1/gel%20ACTN4.png" alt="Membrane révélée, quatre pistes"></p>
<table><caption>Densitométrie, rapportée à la GAPDH</caption>
<thead><tr><th>Piste</th><th>ARN interférent</th><th>Signal relatif</th></tr></thead>
<tbody><tr><td>1</td><td>aucun</td><td>1,00</td></tr><tr><td>2</td><td>si-1</td><td>0,21</td></tr>
<tr><td>3</td><td>si-2</td><td>0,34</td></tr><tr><td>4</td><td>brouillé</td><td>0,97</td></tr></tbody></table>
<p>L'extinction atteint 79&nbsp;% avec si-1. L'écart entre réplicats reste inférieur à 6&nbsp;%, ce qui autorise
la suite de l'expérience
sur la motilité cellulaire. Prochaine étape : blessure de tapis, suivi pendant 24&nbsp;h.</p>"""

KINETICS = """<h1>Amylase: effect of temperature</h1>
<p>Starch hydrolysis was followed by the iodine test every 30&nbsp;s between 4&nbsp;°C and 70&nbsp;°C.
The data are
invented for the demonstration. The initial rate obeys the Arrhenius law below the denaturation point:</p>
<p>$$k = A \\, e^{-E_a / (R T)}$$</p>
<p>with $E_a = 41 \\pm 3$ kJ/mol from a linear fit of \\(\\ln k\\) against \\(1/T\\). Above 55&nbsp;°C the enzyme is
lost within two minutes; the optimum lies near 37&nbsp;°C as expected for the pancreatic form.</p>
<table><tr><th>Temperature (°C)</th><th>Rate (µmol/min)</th><th>n</th></tr>
<tr><td>4</td><td>0.8</td><td>3</td></tr><tr><td>20</td><td>3.1</td><td>3</td></tr><tr><td>37</td><td>9.6</td><td>4</td></tr>
<tr><td>55</td><td>6.2</td><td>3</td></tr><tr><td>70</td><td>0.1</td><td>3</td></tr></table>
<blockquote><p>Replicate 2 at 55&nbsp;°C was discarded: the bath had not settled (see log).</p></blockquote>
<pre><code class="language-python">slope, _ = numpy.polyfit(1 / kelvin, numpy.log(rate), 1)
activation_energy = -slope * 8.314  # J/mol
</code></pre>
<p>Buffer: Na<sub>2</sub>HPO<sub>4</sub> 50&nbsp;mM, 10<sup>-3</sup>&nbsp;M CaCl<sub>2</sub>, pH&nbsp;6.9.</p>"""

HOSTILE = """<p onclick="alert(1)">Carnet de bord du microscope <span style="color:red">confocal</span>
(<a href="javascript:alert(2)">notice</a>, <a href="https://example.org/notice">notice du fabricant</a>).</p>
<script>alert(3)</script><iframe src="https://example.org/film"></iframe>
<p>Alignement du laser 488&nbsp;nm refait le matin ; puissance en sortie d'objectif : 1,2&nbsp;mW.
Image de contrôle : <img alt="billes de 100 nm" src="data:image/png;base64,{png}">
<img src="https://example.org/lointain.png" alt="spectre du filtre"></p>
<svg><script>alert(4)</script></svg>"""

MARKDOWN = """# Préparation des milieux

Milieu **DMEM** complet pour 500 mL, *à conserver à 4 °C* (données inventées) :

| Composant | Volume |
|---|---|
| DMEM 4,5 g/L glucose | 440 mL |
| Sérum de veau fœtal | 50 mL |
| Pénicilline, streptomycine | 5 mL |
| L-glutamine 200 mM | 5 mL |

- filtrer à 0,22 µm
- contrôler le pH : 7,4
- ~~congeler~~ ne jamais congeler
"""

DESCRIPTION = (
    "Collecte de données d'électrophysiologie : patch-clamp en configuration cellule entière sur neurones pyramidaux "
    "de couche 5, tranche d'hippocampe de souris, température ambiante. Données inventées pour la démonstration."
)

OLD_FORMAT = """<?xml version="1.0" encoding="UTF-8"?>
<notebook demonstration="yes"><page title="Titrage acide-base"><p>Volume à l'équivalence : 12,45 mL.</p></page>
</notebook>
"""
