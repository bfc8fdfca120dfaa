using ActorBrowser.Cli;
using ActorBrowser.Transport;
using Xunit;

namespace ActorBrowser.CliTests;

[Trait("Tier", "Fast")]
public sealed class FormattingSpecs
{
    [Fact]
    public void Every_error_kind_has_a_documented_exit_code()
    {
        var documented = ExitCodes.Table.Select(row => row.Code).ToHashSet();
        Assert.All(Enum.GetValues<FetchErrorKind>(), kind => Assert.Contains(ExitCodes.For(kind), documented));
    }

    [Fact]
    public void A_latency_summary_uses_nearest_rank_percentiles()
    {
        var summary = new LatencySummary();
        for (var i = 1; i <= 100; i++)
            summary.Add(TimeSpan.FromMicroseconds(i));
        Assert.Equal((1, 50, 99, 100), ((int)summary.Percentile(0), (int)summary.Percentile(0.5), (int)summary.Percentile(0.99), (int)summary.Percentile(1)));
        Assert.Equal("min 1  median 50  mean 50  p99 99  max 100 µs", summary.ToString());
    }

    [Fact]
    public void A_latency_summary_of_nothing_says_so() => Assert.Equal("no answers", new LatencySummary().ToString());

    [Theory]
    [InlineData(0, 100, 60)]
    [InlineData(50, 100, 60)]
    [InlineData(100, 100, 60)]
    [InlineData(500, 100, 60)]
    [InlineData(1L << 40, -1, 60)]
    [InlineData(1L << 40, 1L << 41, 20)]
    public void A_progress_line_fills_exactly_its_width(long received, long total, int width) =>
        Assert.Equal(width, ProgressBar.Line(received, total, TimeSpan.FromSeconds(2), width).Length);

    [Fact]
    public void A_progress_line_shows_share_sizes_and_rate() =>
        Assert.Contains(" 50 %  5.0 MiB of 10.0 MiB  2.5 MiB/s", ProgressBar.Line(5 << 20, 10 << 20, TimeSpan.FromSeconds(2), 80), StringComparison.Ordinal);

    [Fact]
    public void No_progress_is_drawn_where_stderr_is_not_a_terminal()
    {
        var terminal = new StringWriter();
        using (var bar = new ProgressBar(terminal, enabled: false, () => 80))
            bar.Report(50 << 20, 100 << 20);
        Assert.Equal("", terminal.ToString());
    }

    [Fact]
    public void A_drawn_progress_line_is_wiped_at_the_end()
    {
        var terminal = new StringWriter();
        using (var bar = new ProgressBar(terminal, enabled: true, () => 40))
            bar.Report(50 << 20, 100 << 20);
        Assert.EndsWith("\r" + new string(' ', 39) + "\r", terminal.ToString(), StringComparison.Ordinal);
    }
}
