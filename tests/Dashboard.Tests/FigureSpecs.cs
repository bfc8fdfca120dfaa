using System.Globalization;
using System.Text.Json;
using ActorBrowser.Interop;

namespace ActorBrowser.DashboardTests;

/// <summary>The figures are those of /proc.</summary>
public sealed class FigureSpecs : IAsyncLifetime
{
    private DashboardHost _host = null!;

    public async Task InitializeAsync() => _host = await DashboardHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private static double Seconds(long pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat");
        var rest = fields[(fields.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(rest[11], CultureInfo.InvariantCulture) + long.Parse(rest[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    private static long Pss(long pid) =>
        long.Parse(File.ReadLines($"/proc/{pid}/smaps_rollup").Single(static line => line.StartsWith("Pss:", StringComparison.Ordinal))[4..^2].Trim(), CultureInfo.InvariantCulture) << 10;

    [Fact]
    public async Task Processor_time_and_memory_differ_from_those_of_proc_by_less_than_five_percent()
    {
        await _host.Client.Commands.StartAsync(CommandProtocol.Spawn.Shell("while :; do :; done"));
        await _host.SpawnAsync();
        // Until no process has come or gone for a while: they share the program's pages.
        var count = 0;
        var first = await _host.PictureAsync(picture => count == (count = picture.GetProperty("processes").GetArrayLength()) && picture.Rows("process").Length == 1);
        var pid = first.Rows("process")[0].Number("processId");
        var (before, start) = (Seconds(pid), TimeProvider.System.GetTimestamp());
        await Task.Delay(ProcessWatch.Interval * 2);
        var picture = await _host.PictureAsync();
        var percent = (Seconds(pid) - before) / TimeProvider.System.GetElapsedTime(start).TotalSeconds * 100;
        var shown = picture.Rows("process").Single().GetProperty("processor").GetDouble();
        Assert.InRange(shown, percent * 0.95 - 0.5, percent * 1.05 + 0.5);
        Assert.InRange(shown, 5, 101);
        foreach (var process in picture.GetProperty("processes").EnumerateArray().Where(static process => process.Text("role") is "echo" or "process" or "command-runner"))
        {
            Assert.False(process.GetProperty("isResident").GetBoolean());
            var pss = Pss(process.Number("processId"));
            // The shell's pages are shared with every other shell of the machine, which come and go.
            var others = process.Text("role") == "process" ? 64 << 10 : 0;
            Assert.InRange(process.Number("memory"), (pss * 0.95) - others, (pss * 1.05) + others);
        }
    }

    [Fact]
    public async Task Confinement_is_what_the_child_s_own_status_says()
    {
        var child = await _host.SpawnAsync();
        var status = await Akka.Actor.Futures.Ask<ChildProcessProtocol.Status>(child.Child, ChildProcessProtocol.GetStatus.Instance).Soon();
        var row = (await _host.PictureAsync(static picture => picture.Rows("echo").Length == 1)).Rows("echo")[0];
        var names = status.Layers.Select(static layer => layer.Layer).Distinct().ToArray();
        Assert.Equal((names.Length, "ready", status.Image == ChildImage.Native ? "native" : "JIT"), ((int)row.Number("ofLayers"), row.Text("state"), row.Text("image")));
        var missing = names.Where(name => status.Layers.Any(layer => layer.Layer == name && !layer.Enforced)).ToArray();
        Assert.Equal(missing.Length, names.Length - row.Number("layers"));
        Assert.All(missing, name => Assert.Contains(name, row.Text("missing"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_s_processes_are_below_its_runner()
    {
        await _host.Client.Commands.StartAsync(CommandProtocol.Spawn.Shell("sh -c 'sleep 300; :' & wait"));
        var picture = await _host.PictureAsync(static picture => picture.Rows("process").Length == 3);
        var rows = picture.Rows("process");
        var runner = picture.Rows("command-runner").Single(static row => row.Text("name").Contains("sleep 300", StringComparison.Ordinal));
        Assert.Equal(runner.Number(), rows[0].Number("parent"));
        Assert.Equal([rows[0].Number(), rows[1].Number()], rows.Skip(1).Select(static row => row.Number("parent")));
        Assert.Equal("sleep", rows[2].Text("name"));
        Assert.Equal(JsonValueKind.Null, rows[2].GetProperty("startedAt").ValueKind);
    }

    [Fact]
    public async Task A_process_that_rests_is_read_less_often_and_shown_all_the_same_and_one_that_wakes_is_seen()
    {
        var child = await _host.SpawnAsync();
        var sampler = new ProcessSampler(TimeProvider.System);
        var rests = true;
        for (var time = 0; time < 9; time++)
            Assert.InRange(sampler.Sample([child.ProcessId], _ => rests)[child.ProcessId].Memory, 1, long.MaxValue);
        rests = false;
        Assert.Equal(0, sampler.Sample([child.ProcessId], _ => rests)[child.ProcessId].Processor);
        await Signals.SendAsync(child.ProcessId, "KILL");
        await ProcessTable.Until(() => !ProcessTable.Exists(child.ProcessId), Deadline.Long);
        Assert.Empty(sampler.Sample([child.ProcessId], _ => rests));
        Assert.Empty(sampler.Sample([], _ => rests));
    }

    [Theory]
    [InlineData("5 (a) b (c)) S 1 2 3 4 5 6 7 8 9 10 250 150 13 14 15 16 17 18 4242 20 77 22", "a) b (c)", 4.0, 4242, 77)]
    [InlineData("5 () S 1 2 3 4 5 6 7 8 9 10 0 0 13 14 15 16 17 18 1 20 0", "", 0.0, 1, 0)]
    public void A_process_chooses_its_name_and_that_changes_no_other_figure(string stat, string name, double seconds, long start, long pages)
    {
        var use = ProcessFigures.Parse(System.Text.Encoding.UTF8.GetBytes(stat));
        Assert.Equal(new ProcessUse(name, TimeSpan.FromSeconds(seconds), start, pages * Environment.SystemPageSize), use);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5 a S 1")]
    [InlineData("5 (a) S 1 2 3 4 5 6 7 8 9 10 x 150 13 14 15 16 17 18 4242 20 77 22")]
    [InlineData("5 (a) S 1 2 3 4 5 6 7 8 9 10 250 150 13 14 15 16 17 18 4242")]
    public void A_cut_line_is_none(string stat) => Assert.Null(ProcessFigures.Parse(System.Text.Encoding.UTF8.GetBytes(stat)));
}
