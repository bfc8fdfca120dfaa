using System.Threading.Channels;
using Akka.Actor;
using static ActorBrowser.TabProtocol;

namespace ActorBrowser.Cli;

/// <summary>A tab of the table.</summary>
/// <param name="url">Its page.</param>
internal sealed class TabRow(string url)
{
    internal IActorRef Tab { get; set; } = ActorRefs.Nobody;

    internal string Url { get; } = url;

    internal string Title { get; set; } = "";

    internal string State { get; set; } = "waiting";

    internal int ProcessId { get; set; }

    internal bool IsSettled { get; set; }

    /// <summary>Whether another tab has got this one's place: its state stays that of its page.</summary>
    private bool HasLeft { get; set; }

    /// <summary>Opens as many tabs as there are places, then each other one once a tab has given up its place: when it has no renderer any more, or, if loaded tabs are not kept, when it is loaded; it is closed then.</summary>
    /// <param name="browser">The browser.</param>
    /// <param name="rows">The tabs.</param>
    /// <param name="places">How many renderers can be had.</param>
    /// <param name="images">Whether images are loaded.</param>
    /// <param name="keeps">Whether loaded tabs are kept.</param>
    /// <param name="changes">Takes an item per change.</param>
    /// <param name="cancellation">Opens no more.</param>
    internal static async Task OpenAllAsync(CliBrowser browser, List<TabRow> rows, int places, bool images, bool keeps, ChannelWriter<bool> changes, CancellationToken cancellation)
    {
        var leaving = Channel.CreateUnbounded<TabRow>();
        try
        {
            foreach (var row in rows)
            {
                if (places > 0)
                    places--;
                else
                    await LeaveAsync().ConfigureAwait(false);
                var watcher = browser.System.ActorOf(Props.Create(() => new TabWatcher(row, changes, leaving.Writer, keeps)));
                var opened = await browser.Browser.Ask<TabOpened>(new OpenTab { LoadImages = images, Subscriber = watcher }, TimeSpan.FromSeconds(30), cancellation).ConfigureAwait(false);
                row.Tab = opened.Tab;
                opened.Tab.Tell(new Navigate(row.Url));
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The table closed.
        }
        finally
        {
            changes.TryWrite(true);
        }

        // A tab that has no renderer needs not be closed: it can be loaded again.
        async Task LeaveAsync()
        {
            var row = await leaving.Reader.ReadAsync(cancellation).ConfigureAwait(false);
            if (keeps)
                return;
            row.HasLeft = true;
            row.Tab.Tell(new Close());
        }
    }

    private sealed class TabWatcher(TabRow row, ChannelWriter<bool> changes, ChannelWriter<TabRow> leaving, bool keeps) : UntypedActor
    {
        private bool _isLeaving;

        protected override void OnReceive(object message)
        {
            switch (message)
            {
                case LoadStarted:
                    (row.State, row.IsSettled) = ("loading", false);
                    break;
                case TabProtocol.Progress progress:
                    row.State = progress.Total > 0 ? $"loading, {100 * progress.Bytes / progress.Total} %" : $"loading, {ProgressBar.Size(progress.Bytes)}";
                    break;
                case TitleChanged title:
                    row.Title = title.Title;
                    break;
                case LoadFinished finished:
                    (row.State, row.ProcessId, row.IsSettled) = ("loaded", finished.Page.ProcessId, true);
                    break;
                case StayedOnPage stayed:
                    (row.State, row.IsSettled) = (stayed.Page is null ? $"nothing to show ({stayed.Status})" : "loaded", true);
                    break;
                case LoadFailed failed:
                    (row.State, row.Title, row.ProcessId, row.IsSettled) = ("failed", failed.Message, 0, true);
                    break;
                case Crashed crashed:
                    (row.State, row.Title, row.ProcessId, row.IsSettled) = ("crashed", crashed.Message, 0, true);
                    break;
                case TabUnresponsive unresponsive:
                    row.State = $"silent for {unresponsive.For.TotalSeconds:0} s";
                    break;
                case TabProtocol.Closed:
                    (row.State, row.ProcessId, row.IsSettled) = (row.HasLeft ? row.State : "closed", 0, true);
                    break;
                default:
                    break;
            }
            // A tab that is kept has its place until it has no renderer any more.
            if (!_isLeaving && row.IsSettled && (!keeps || row.ProcessId == 0))
            {
                _isLeaving = true;
                leaving.TryWrite(row);
            }
            changes.TryWrite(true);
        }
    }
}
