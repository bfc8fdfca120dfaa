using System.Threading.Channels;

namespace ActorBrowser.Cli;

/// <summary>Redraws a table while its rows change.</summary>
internal static class LiveTable
{
    /// <summary>Draws the table after every change until all is over, and once more.</summary>
    /// <param name="changes">One item per change.</param>
    /// <param name="show">Draws the table.</param>
    /// <param name="isOver">Whether nothing more will change.</param>
    /// <param name="cancellation">Cancels it.</param>
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
