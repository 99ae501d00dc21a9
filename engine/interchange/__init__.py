"""Into and out of video editors: timelines read as cut lists, takes written as timelines.

Out, from code or a window: name `TimelineFile`s in `engine.outputs.Outputs.timelines` and export as usual:

    outputs = Outputs(Path("music.wav"), timelines=(TimelineFile("otio", Path("cut.otio")),))
    runner.export(take, outputs, observer, cancel)

`engine.interchange.export` holds `TimelineFile`, the kinds (`TIMELINE_KINDS`), the endings of their names (`ENDINGS`).
Timelines name the stems when these are written, else the WAV of the outputs, else one of the timeline's own name beside
it, which is written along.

In: `engine.timelines.open_timeline(path)` gives a video to watch and the direction with the editor's cuts and markers.
"""
