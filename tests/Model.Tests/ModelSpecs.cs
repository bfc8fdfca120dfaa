using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;
using Xunit.Abstractions;

namespace ActorBrowser.ModelTests;

/// <summary>
/// Explores the life of fetches, images, pages and children in the real actors: each seed is one order of all messages, deaths,
/// restarts and timers. ACTORBROWSER_MODEL_SECONDS says for how long (60), ACTORBROWSER_MODEL_SCHEDULES how many instead,
/// ACTORBROWSER_MODEL_SEED where it begins (always the same seed without it, so that a run of the suite is the last one repeated); ACTORBROWSER_MODEL_ONE runs one seed and writes its steps.
/// </summary>
public sealed class ModelSpecs(ITestOutputHelper output)
{
    [Fact]
    public void No_seed_that_once_failed_fails_again() => Explorer.OnItsThread(explorer =>
    {
        foreach (var seed in Seeds())
            Explain(explorer, seed);
    });

    [Fact]
    public void One_seed_is_one_schedule() => Explorer.OnItsThread(explorer =>
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            var (first, second) = (explorer.Run(seed, traced: true), explorer.Run(seed, traced: true));
            if (first.Fingerprint == second.Fingerprint)
                continue;
            var same = first.Trace.Zip(second.Trace).TakeWhile(static pair => Anonymous(pair.First) == Anonymous(pair.Second)).Count();
            Assert.Fail($"Seed {seed} is two schedules after\n{string.Join("\n", first.Trace.Take(same).TakeLast(10))}\nFirst:\n{string.Join("\n", first.Trace.Skip(same).Take(3))}\nThen:\n{string.Join("\n", second.Trace.Skip(same).Take(3))}");
        }
    });

    // Ids, and the numbers that distinguish actors with the same name, are never reused.
    private static string Anonymous(string step) => Regex.Replace(step, "[#$]?[0-9]+", "");

    [Fact]
    public void Every_schedule_keeps_the_promises() => Explorer.OnItsThread(explorer =>
    {
        var clock = Stopwatch.StartNew();
        var most = Number("ACTORBROWSER_MODEL_SCHEDULES");
        var seconds = most is null ? Number("ACTORBROWSER_MODEL_SECONDS") ?? 60 : double.PositiveInfinity;
        var first = Number("ACTORBROWSER_MODEL_SEED") ?? 1_000_000;
        var (runs, steps) = (0UL, 0L);
        if (Number("ACTORBROWSER_MODEL_ONE") is { } one)
        {
            foreach (var line in explorer.Run(one, traced: true).Trace)
                output.WriteLine(line);
            Explain(explorer, one);
            return;
        }
        while (clock.Elapsed.TotalSeconds < seconds && runs < (most ?? ulong.MaxValue))
        {
            steps += Explain(explorer, first + runs);
            runs++;
        }
        output.WriteLine($"{runs} schedules from seed {first}, {steps} steps, {clock.Elapsed.TotalSeconds:0} s");
        Console.WriteLine($"model: {runs} schedules from seed {first}, {steps} steps, {clock.Elapsed.TotalSeconds:0} s");
    });

    private static int Explain(Explorer explorer, ulong seed)
    {
        var outcome = explorer.Run(seed);
        if (outcome.Failures.Count == 0)
            return outcome.Steps;
        Assert.Fail($"Seed {seed} breaks a promise; add it to tests/Model.Tests/seeds.txt.\n{string.Join("\n", outcome.Failures)}\n\nIn short:\n{explorer.Shrink(seed)}");
        return 0;
    }

    private static ulong? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;

    private static IEnumerable<ulong> Seeds()
    {
        using var reader = new StreamReader(typeof(ModelSpecs).Assembly.GetManifestResourceStream("seeds.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
                yield return ulong.Parse(line.Split(' ', 2)[0], CultureInfo.InvariantCulture);
        }
    }
}
