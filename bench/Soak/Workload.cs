using System.Globalization;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.Soak;

/// <summary>The users of one browser: each makes requests with unique answers, and checks the answers.</summary>
internal sealed class Workload(ActorSystem system, IActorRef browser, string server, Tally tally, CancellationToken over)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private int _tokens;

    /// <summary>A unique token for one request; its number determines the answer's length.</summary>
    private string Token(string user) => $"{user}-{Interlocked.Increment(ref _tokens).ToString(CultureInfo.InvariantCulture)}";

    internal async Task FetchAsync(int user)
    {
        var random = new Random(user);
        while (!over.IsCancellationRequested)
        {
            var token = Token("f" + user);
            var path = random.Next(4) == 0 ? "slow" : "ok";
            await ProbeAsync(new Fetch($"{server}/{path}/{token}") { Streamed = random.Next(3) == 0 }, token, SoakServer.Body(token));
        }
    }

    internal async Task UploadAsync(int user)
    {
        var random = new Random(user);
        while (!over.IsCancellationRequested)
        {
            var token = Token("u" + user);
            var size = random.Next(4) switch { 0 => 64 << 10, 1 => (64 << 10) + 1, 2 => random.Next(1 << 20), _ => 0 };
            await ProbeAsync(new Fetch($"{server}/echo/{token}") { Method = "POST", Body = new byte[size] }, token, $"{token} {size}");
        }
    }

    /// <summary>Requests answers that end in the middle and connections that are reset: each must give a typed failure.</summary>
    internal async Task BrokenFetchAsync(int user)
    {
        while (!over.IsCancellationRequested)
        {
            var token = Token("b" + user);
            await ProbeAsync(new Fetch($"{server}/{(user % 2 == 0 ? "half" : "reset")}/{token}"), token, "no answer is right");
        }
    }

    internal async Task CommandAsync(int user)
    {
        var random = new Random(user);
        while (!over.IsCancellationRequested)
        {
            var token = Token("c" + user);
            var code = random.Next(100);
            try
            {
                var ended = await BrowserClient.For(browser).Commands.RunAsync(Spawn.Shell($"echo {token}; exit {code}")).WaitAsync(Patience, CancellationToken.None);
                if (ended.Exit is not { Cause: ExitCause.Itself, ExitCode: { } seen })
                {
                    tally.Count("command-lost-with-its-runner");
                    continue;
                }
                tally.Count("command");
                if (seen != code)
                    tally.Defect("mixed", $"{token}: exit code {seen}, {code} expected");
                var output = ended.Output.ToString();
                if (output != token + "\n")
                    tally.Defect("mixed", $"{token}: output {output}");
            }
            catch (CommandRefusedException)
            {
                tally.Count("command-refused");
            }
            catch (TimeoutException)
            {
                tally.Defect("lost", $"{token}: a command did not end in {Patience.TotalSeconds} s");
            }
        }
    }

    internal async Task TabAsync(int user)
    {
        while (!over.IsCancellationRequested)
        {
            var token = Token("t" + user);
            try
            {
                await using var tab = await BrowserClient.For(browser).OpenTabAsync(null, CancellationToken.None).WaitAsync(Patience, CancellationToken.None);
                var page = await tab.NavigateAsync($"{server}/page/{token}", CancellationToken.None).WaitAsync(Patience, CancellationToken.None);
                tally.Count("tab");
                if (page.Document.Title != token)
                    tally.Defect("mixed", $"{token}: title {page.Document.Title}");
            }
            catch (PageException)
            {
                tally.Count("tab-lost-with-its-process");
            }
            catch (TimeoutException)
            {
                tally.Defect("lost", $"{token}: a tab did not answer in {Patience.TotalSeconds} s");
            }
        }
    }

    internal async Task KillAsync()
    {
        var random = new Random(1);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await TickAsync(timer))
            ChildKiller.Strike(random, tally);
    }

    /// <summary>Sends invalid messages: each must be refused to its sender and must not disturb other users.</summary>
    internal async Task PoisonAsync()
    {
        object[] poison =
        [
            new Fetch(null!), new Fetch(""), new Fetch(server + "/ok/p-1") { Method = null! }, new Fetch(server + "/ok/p-1") { Headers = null! },
            new Fetch(server + "/ok/p-1") { Headers = [new HeaderField(null!, null!)] }, new Fetch(server + "/ok/p-1") { MaxRedirects = -5 },
            new Fetch(server + "/ok/p-1") { MaxBody = -5 }, new Fetch(server + "/ok/p-1") { TotalTimeout = TimeSpan.FromSeconds(-1) },
            new Fetch(server + "/ok/p-1") { Version = (HttpVersionChoice)99 }, new Fetch(server + "/ok/p-1") { Initiator = (FetchInitiator)99 },
            new Spawn(null!), new Spawn([]), new Spawn(["true"]) { Columns = -1 }, new Spawn(["true"]) { TotalTimeout = TimeSpan.MinValue },
            new Spawn(["true"]) { Profile = "no-such-profile" }, new Wait(null!), new Poll(null!), new KillCommand(null!), new Release(null!),
            new BrowserProtocol.SpawnChild(null!), new BrowserProtocol.SpawnChild("no such role"),
        ];
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var next = 0; await TickAsync(timer); next = (next + 1) % poison.Length)
        {
            try
            {
                var answer = await browser.Ask<object>(poison[next], Patience);
                if (answer is FetchResponse or Spawned or BrowserProtocol.ChildSpawned)
                    tally.Defect("accepted", $"{poison[next]}: {answer}");
                tally.Count("poison-refused");
            }
            catch (InvalidMessageException)
            {
                tally.Count("poison-refused");
            }
            catch (AskTimeoutException)
            {
                tally.Defect("lost", $"{poison[next]} was not answered");
            }
        }
    }

    private async Task<bool> TickAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(over);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private Task ProbeAsync(Fetch fetch, string token, string expected)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.Create(() => new FetchProbe(browser, fetch, token, expected, tally, done)));
        return done.Task;
    }
}
