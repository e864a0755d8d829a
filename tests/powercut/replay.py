"""What a disk may hold after a power cut, and what had been promised by then."""

from dataclasses import dataclass
from functools import cached_property
from random import Random

from powercut.recording import Call, Recording

SECTOR = 512
# How likely a write that no sync has reached is on the disk all the same.
KEEPING = (0.0, 0.5, 1.0)
_TORN = 1 / 3


@dataclass
class Promises:
    """The ids of jobs that were accepted and of those whose cancelling was confirmed."""

    accepted: set[str]
    cancelled: set[str]


class Replay:
    """One recording, to be cut anywhere."""

    def __init__(self, recording: Recording, acks: str) -> None:
        self._recording = recording
        self._acks = acks

    @cached_property
    def _syncs(self) -> list[Call]:
        return [call for call in self._recording.calls if call.is_sync]

    def promised(self, cut: int) -> Promises:
        """Return what had been acknowledged before the cut."""
        told: dict[str, set[str]] = {"accepted": set(), "cancelled": set()}
        for call in self._recording.calls:
            if call.file == self._acks and call.begun < cut:
                word, *ids = call.data.decode().split()
                told[word].update(ids)
        return Promises(**told)

    def files(self, cut: int, random: Random) -> dict[str, bytes]:
        """Return what the files may hold: all that was synced, and some of what was not."""
        disk = {file: bytearray(data) for file, data in self._recording.before.items()}
        reached = self._last_syncs(cut)
        keep = random.choice(KEEPING)
        for call in sorted(self._recording.calls, key=lambda call: call.ended):
            if call.begun >= cut or call.file not in disk or call.is_sync:
                continue
            if call.ended < reached.get(call.file, -1):
                _apply(disk[call.file], call)
            elif random.random() < keep:
                _apply(disk[call.file], call, random if random.random() < _TORN else None)
        return {file: bytes(data) for file, data in disk.items()}

    def _last_syncs(self, cut: int) -> dict[str, int]:
        """Return for each file when the last sync began that had ended before the cut."""
        reached: dict[str, int] = {}
        for call in self._syncs:
            if call.ended < cut:
                reached[call.file] = max(call.begun, reached.get(call.file, -1))
        return reached


def _apply(disk: bytearray, call: Call, torn: Random | None = None) -> None:
    """Carry out a call; one that is torn only in some of the sectors that it reaches."""
    if call.name == "ftruncate":
        del disk[call.offset :]
        disk.extend(bytes(call.offset - len(disk)))
        return
    begin = 0
    while begin < len(call.data):
        # Sectors are the disk's, not the write's.
        end = min(len(call.data), begin + SECTOR - (call.offset + begin) % SECTOR)
        if torn is None or torn.random() < 0.5:
            _put(disk, call.offset + begin, call.data[begin:end])
        begin = end


def _put(disk: bytearray, offset: int, data: bytes) -> None:
    if len(disk) < offset + len(data):
        disk.extend(bytes(offset + len(data) - len(disk)))
    disk[offset : offset + len(data)] = data
