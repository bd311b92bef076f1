"""The wheel, installed away from the checkout, serves: with its SQL, rule packs, mappings and sample."""

from __future__ import annotations

import signal
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import httpx2

from tests.api.cli.process import CHECKOUT, settings_of, started
from tests.api.cli.test_serve import address_of


def test_given_the_wheel_in_an_environment_of_its_own_then_it_imports_and_serves(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(CHECKOUT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("hazardloop-*.whl")
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel]
    subprocess.run(install, check=True, capture_output=True)
    # Its dependencies are those of this environment; a plain path reads no editable install from there.
    (packages,) = (environment / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    hazardloop = [str(environment / "bin" / "hazardloop")]
    sample = packages / "infrastructure" / "importing" / "samples" / "yinhuan_taizhang.csv"
    settings = settings_of(tmp_path / "home")

    with started(settings, "serve", command=hazardloop, folder=tmp_path) as server:
        address = address_of(server)

        with started(
            settings, "import", str(sample), "--mapping", "sample_zh", command=hazardloop, folder=tmp_path
        ) as importing:
            importing.says("39 imported")
            assert importing.ended() == 1, "one row of the sample is refused on purpose"
        assert httpx2.get(address + "/readyz", timeout=30).status_code == 200
        assert httpx2.get(address + "/openapi.json", timeout=30).status_code == 200
        assert server.stop(signal.SIGINT) == 0
