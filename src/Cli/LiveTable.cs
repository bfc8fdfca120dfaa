using System.Threading.Channels;

namespace ActorBrowser.Cli;

/// <summary>What tables have in common that follow something while it goes on.</summary>
internal static class LiveTable
{
    /// <summary>Shows it after every change, until it is over, and once more.</summary>
    /// <param name="changes">One item a change.</param>
    /// <param name="show">Draws it.</param>
    /// <param name="isOver">Whether nothing more will change.</param>
    /// <param name="cancellation">Ends the following.</param>
    internal static async Task FollowAsync(ChannelReader<bool> changes, Action show, Func<bool> isOver, CancellationToken cancellation)
    {
        while (!isOver())
        {
            await changes.ReadAsync(cancellation).ConfigureAwait(false);
            show();
        }
        show();
    }
}
