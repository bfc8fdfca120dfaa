using System.Globalization;
using System.Runtime.InteropServices;
using ActorBrowser.Bench;
using ActorBrowser.Bench.Cluster;
using ActorBrowser.Bench.Figures;
using ActorBrowser.ChildEntrypoints;

// The children of the typed role, and the server of its yardstick, are this program.
if (ActorBrowserChild.TryRun(args, ChildRoles.BuiltIn.With(TypedEcho.Role).With(Plugins.Role), out var exitCode))
    return exitCode;
if (args is [GrpcEcho.Argument, var socket])
    return await GrpcEcho.ServeAsync(socket);
if (args is [ClusterMember.Argument, var child, var seed])
    return await ClusterMember.RunNodeAsync(child, seed);

IFigure[] figures = [new SpawnToReady(), new AskPing(), new TracedPing(), new TypedCalls(), new RoleSpawns(), new Plugins(), new PipelinedPings(), new AllocatedBytes(), new FetchRate(), new LargeBody(), new SharedBodies(), new ManyChildren(),
    new CommandSpawns(), new CommandOutputRate(), new KeyEcho(), new IdleCommands(), new Confinement(), new TabNavigation(), new Scripts(), new Crawl(), new Storm(), new ImageDecoding(), new Floods(), new Worlds(), new Egress(), new CommandFloods(), new Agents(), new Watching(),
    new ClusterFetches(), new ClusterBodies(), new ClusterPlacement()];

var quick = args.Contains("--quick");
var record = args.Contains("--record");
var wanted = args.Where(argument => !argument.StartsWith('-')).ToArray();
var unknown = wanted.Except(figures.Select(figure => figure.Name)).ToArray();
if (args.Contains("--help") || unknown.Length > 0 || args.Any(argument => argument.StartsWith('-') && argument is not ("--quick" or "--record" or "--help")))
{
    Console.Error.WriteLine($"""
        usage: bench/run [--quick] [--record] [FIGURE...]
        figures: {string.Join(", ", figures.Select(figure => figure.Name))}   (all by default)
        --quick   fewer and shorter runs: about a minute in all
        --record  also writes the table into docs/performance.md
        """);
    return args.Contains("--help") ? 0 : 64;
}
if (!OperatingSystem.IsLinux())
{
    Console.Error.WriteLine("bench: the measurements read /proc: run them on Linux.");
    return 69;
}

var chosen = figures.Where(figure => wanted.Length == 0 || wanted.Contains(figure.Name)).ToArray();
var missing = chosen.SelectMany(static figure => figure.Programs).Distinct().Where(static program => Tools.TryFind(program) is null).ToArray();
if (missing.Length > 0)
{
    Console.Error.WriteLine($"bench: not on PATH: {string.Join(", ", missing)}. Install it, or name figures that do without: "
        + string.Join(", ", figures.Where(figure => !figure.Programs.Intersect(missing).Any()).Select(static figure => figure.Name)));
    return 69;
}

var context = new BenchContext(quick, Required("ACTORBROWSER_BENCH_ROOT"), Required("ACTORBROWSER_BENCH_SCRATCH"));
// Ctrl-C and SIGTERM unwind, so that every child and nginx are stopped by their owners.
using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

var rows = new List<Row>();
var started = DateTimeOffset.UtcNow;
foreach (var figure in chosen)
{
    Console.Error.WriteLine($"bench: {figure.Name} ...");
    try
    {
        rows.AddRange(await figure.MeasureAsync(context).WaitAsync(stop.Token));
    }
    catch (OperationCanceledException) when (stop.IsCancellationRequested)
    {
        Console.Error.WriteLine("bench: interrupted.");
        return 130;
    }
}

var text = $"""
    Packages: Akka {Version(typeof(Akka.Actor.ActorSystem))}, MessagePack {Version(typeof(MessagePack.MessagePackReader))}.
    {started.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, {RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} × {Machine.Processor()}, {RuntimeInformation.OSDescription}{(quick ? ", --quick" : "")}; load before: {Machine.LoadAverage()}.

    {Table.Render(rows)}
    """;
Console.WriteLine(text);
if (record)
    Table.Record(Path.Combine(context.Root, "docs", "performance.md"), text);
return rows.Any(row => row.IsMet == false) ? 1 : 0;

static string Version(Type type) => type.Assembly.GetName().Version!.ToString(3);

static string Required(string variable) => Environment.GetEnvironmentVariable(variable)
    ?? throw new InvalidOperationException($"{variable} is not set: start the benchmarks with bench/run.");
