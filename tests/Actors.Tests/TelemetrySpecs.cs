using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ActorBrowser.ChildEntrypoints.Probes;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using static ActorBrowser.ChildProcessProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>The missing layers of a child are in its report, a log line and telemetry; telemetry also counts its life and its refused calls.</summary>
[Collection("probe children are counted")]
public sealed class TelemetrySpecs : TestKit
{
    private readonly ConcurrentQueue<(string Instrument, double Value, Dictionary<string, object?> Tags)> _measured = new();

    public TelemetrySpecs() : base($"""
        akka.loglevel = WARNING
        akka.log-dead-letters = off
        actorbrowser.child.executable = "{TestChildProgram.Path}"
        actorbrowser.sandbox.hide-layers = [control-group]
        """)
    {
    }

    [Fact]
    public async Task A_childs_life_and_what_confines_it_are_measured()
    {
        using var listener = Listen();
        var browser = Sys.StartActorBrowser();
        var spawn = new BrowserProtocol.SpawnChild(ProbeRole.Name)
        {
            Policy = ActorBrowserSettings.From(Sys.Settings.Config).Sandbox.ProfileOf("renderer"),
            RoleArgs = new ProbeTargets(0, 0, "", "", "", 0, "").ToBytes(),
        };
        var child = await EventFilter.Warning(contains: "lacks a preferred layer of its confinement: control-group").ExpectAsync(1, Deadline.Long,
            async () => (await browser.Ask<BrowserProtocol.ChildSpawned>(spawn, Deadline.Long)).Child);

        var status = await child.Ask<ChildProcessProtocol.Status>(GetStatus.Instance, Deadline.Long);
        var missing = Assert.Single(status.Layers, static layer => !layer.Enforced && layer.Layer != "no-new-code");
        Assert.Equal("control-group", missing.Layer);
        Assert.StartsWith("control-group is missing on this machine", missing.Detail, StringComparison.Ordinal);

        child.Tell(new Subscribe(TestActor));
        var place = BitConverter.GetBytes(ProbeBattery.All.ToList().FindIndex(static probe => probe.Name == "packet-socket"));
        await child.Ask<RoleAnswer>(new SendToRole((ushort)ProbeQuestion.Attempt, place), Deadline.Long);
        Assert.Equal("socket", (await ExpectMsgAsync<SandboxViolated>(Deadline.Long)).Violation.Call);
        Assert.Equal(1, Sum("actorbrowser.child.live"));
        child.Tell(ChildProcessProtocol.Kill.Instance);
        var exited = await ExpectMsgAsync<ChildExited>(Deadline.Long);
        Assert.Contains(exited.Layers, static layer => layer is { Layer: "control-group", Enforced: false });

        Assert.Equal(0, Sum("actorbrowser.child.live"));
        Assert.Equal("control-group", Single("actorbrowser.sandbox.missing_layers").Tags["layer"]);
        Assert.Equal("socket", Single("actorbrowser.sandbox.violations").Tags["call"]);
        Assert.InRange(Single("actorbrowser.child.start.duration").Value, 0.001, 30);
        var tags = Single("actorbrowser.child.exits").Tags;
        Assert.Equal(("Killed", "Request"), (tags["reason"], tags["cause"]));
    }

    private MeterListener Listen()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listening) =>
            {
                if (instrument.Meter.Name == "ActorBrowser")
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        return listener;
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = new Dictionary<string, object?>(tags.ToArray());
        // Other tests in this process have children of other roles.
        if (Equals(all.GetValueOrDefault("role"), ProbeRole.Name))
            _measured.Enqueue((instrument.Name, value, all));
    }

    private double Sum(string instrument) => _measured.Where(one => one.Instrument == instrument).Sum(static one => one.Value);

    private (string Instrument, double Value, Dictionary<string, object?> Tags) Single(string instrument) =>
        Assert.Single(_measured, one => one.Instrument == instrument);
}
