// Five minutes of normal users, kills, stops, resets, incomplete answers and poison messages on one browser. The last line is the
// summary; the exit code is 1 after one lost, doubled or mixed-up answer, or after growth.
using System.Diagnostics;
using System.Globalization;
using ActorBrowser;
using ActorBrowser.ChildEntrypoints;
using ActorBrowser.Soak;
using Akka.Actor;
using Akka.Configuration;

if (ActorBrowserChild.TryRun(args, out var exitCode))
    return exitCode;

var length = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 300);
var tally = new Tally();
await using var server = await SoakServer.StartAsync();
var system = ActorSystem.Create("soak", ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off }"));
// Losses are intended: the restart policy must not give up on a role.
var browser = system.StartActorBrowser(new ActorBrowserOptions
{
    ChildExecutable = Environment.ProcessPath,
    Configuration = "actorbrowser.restart { window = 10s, max-restarts = 1000 }",
});

var settled = await RunAsync(TimeSpan.FromTicks(Math.Min(length.Ticks / 5, TimeSpan.FromSeconds(30).Ticks)));
var ended = await RunAsync(length);
ended.Compare(settled, tally);

var stopping = Stopwatch.StartNew();
await system.Terminate().WaitAsync(TimeSpan.FromMinutes(1));
var left = ChildKiller.Children().Count;
if (left > 0)
    tally.Defect("left", $"{left} processes after Terminate");
Console.WriteLine($"soak: {length.TotalSeconds:0} s; {tally}; at rest {settled} → {ended}; stopped in {stopping.Elapsed.TotalSeconds:0.0} s; {left} processes left; {tally.Defects} defects");
return tally.Defects == 0 ? 0 : 1;

// Runs all users for a time, then returns the resources that the process holds after each has had its answer.
async Task<Growth> RunAsync(TimeSpan time)
{
    using var over = new CancellationTokenSource(time);
    var work = new Workload(system, browser, server.Address, tally, over.Token);
    await Task.WhenAll(
    [
        .. Enumerable.Range(0, 6).Select(user => Task.Run(() => work.FetchAsync(user))),
        .. Enumerable.Range(0, 2).Select(user => Task.Run(() => work.UploadAsync(user))),
        .. Enumerable.Range(0, 2).Select(user => Task.Run(() => work.BrokenFetchAsync(user))),
        .. Enumerable.Range(0, 4).Select(user => Task.Run(() => work.CommandAsync(user))),
        .. Enumerable.Range(0, 2).Select(user => Task.Run(() => work.TabAsync(user))),
        Task.Run(work.KillAsync), Task.Run(work.PoisonAsync),
    ]);
    return Growth.Now();
}
