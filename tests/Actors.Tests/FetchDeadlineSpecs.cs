using System.Diagnostics;
using ActorBrowser.Transport;
using Akka.Actor;
using MessagePack;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ActorsTests;

/// <summary>A fetch's total timeout counts from its arrival, whatever it waits for. The network child is played.</summary>
public sealed class FetchDeadlineSpecs() : PlayedChildSpecs("OFF")
{
    private IActorRef Browse() => Sys.ActorOf(BrowserActor.Props(Settings(), Launcher));

    private static Fetch Within(TimeSpan total, FetchBody? upload = null) =>
        new("http://x/") { Method = upload is null ? "GET" : "POST", Upload = upload, TotalTimeout = total };

    [Fact]
    public async Task A_fetch_that_waits_for_a_process_ends_at_its_total_timeout_and_says_what_it_waited_for()
    {
        Launcher.Hold = new TaskCompletionSource();
        var failed = await Browse().Ask<FetchFailed>(Within(TimeSpan.FromSeconds(0.2)), Deadline.Long);
        Assert.Equal((FetchErrorKind.Timeout, "No network process was available within the fetch's total timeout of 0.2 s."), (failed.Kind, failed.Message));
    }

    [Fact]
    public async Task A_fetch_whose_body_is_a_pipe_that_nobody_writes_to_ends_at_its_total_timeout_and_says_so()
    {
        var folder = Directory.CreateTempSubdirectory("actorbrowser-pipe-").FullName;
        var pipe = Path.Combine(folder, "pipe");
        await NamedPipe.MakeAsync(pipe);
        var failed = await Browse().Ask<FetchFailed>(Within(TimeSpan.FromSeconds(0.2), FetchBody.FromFile(pipe)), Deadline.Long);
        Assert.Equal((FetchErrorKind.Timeout, "The request's body was not open within the fetch's total timeout of 0.2 s."), (failed.Kind, failed.Message));
        // Ends an opening that waits for a writer.
        await using (new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Without_a_total_timeout_it_waits_for_the_queue_s()
    {
        Launcher.Hold = new TaskCompletionSource();
        var browser = Sys.ActorOf(BrowserActor.Props(Settings("actorbrowser.fetch.queue-timeout = 200ms"), Launcher));
        var failed = await browser.Ask<FetchFailed>(Within(TimeSpan.Zero), Deadline.Long);
        Assert.Equal((FetchErrorKind.Unavailable, "No network process was available within 0.2 s."), (failed.Kind, failed.Message));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_has_passed_before_it_is_sent_is_taken_off(bool whileOpening)
    {
        const int Total = 20_000;
        using var body = new HeldStream();
        Launcher.Hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var browser = Browse();
        _ = browser.Ask<IEvent>(Within(TimeSpan.FromMilliseconds(Total), whileOpening ? FetchBody.FromStream(body) : null), Deadline.Long);
        await browser.Ask<FetchStats>(GetStats.Instance, Deadline.Long);
        var waited = Stopwatch.StartNew();
        if (whileOpening)
            await body.IsBeingOpened.Soon();
        await Task.Delay(300);
        var least = waited.ElapsedMilliseconds;
        Launcher.Hold.SetResult();
        body.Open();
        var child = await Launcher.NextAsync();
        await child.BecomeReadyAsync();
        Assert.InRange(Read((await child.NextAsync()).Body).TotalTimeout, 1, Total - least);
    }

    [Fact]
    public async Task One_that_is_sent_at_once_has_all_of_its_time()
    {
        var browser = Browse();
        _ = browser.Ask<IEvent>(new Fetch("http://x/"), Deadline.Long);
        var child = await Launcher.NextAsync();
        await child.BecomeReadyAsync();
        Assert.Equal(0, Read((await child.NextAsync()).Body).TotalTimeout);
        _ = browser.Ask<IEvent>(Within(TimeSpan.FromHours(1)), Deadline.Long);
        Assert.InRange(Read((await child.NextAsync()).Body).TotalTimeout, 3_590_000, 3_600_000);
    }

    private static FetchRequest Read(byte[] body)
    {
        var reader = new MessagePackReader(body);
        return FetchRequest.Read(ref reader);
    }

    /// <summary>A stream whose length, requested on opening, is returned late.</summary>
    private sealed class HeldStream() : MemoryStream([1])
    {
        private readonly ManualResetEventSlim _open = new();
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task IsBeingOpened => _asked.Task;

        internal void Open() => _open.Set();

        public override long Length
        {
            get
            {
                _asked.TrySetResult();
                _open.Wait(Deadline.Long);
                return base.Length;
            }
        }
    }
}
