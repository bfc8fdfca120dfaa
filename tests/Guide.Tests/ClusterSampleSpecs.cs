using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using ActorBrowser.TestSupport;
using Xunit;

namespace ActorBrowser.GuideTests;

/// <summary>The sample of a cluster: its front and three nodes are real processes.</summary>
public sealed partial class ClusterSampleSpecs
{
    [Fact]
    public async Task Three_nodes_and_a_front_start_by_one_command_serve_a_page_fetch_run_and_leave_no_process()
    {
        await using var site = await Site.EchoingAsync();
        using var front = Process.Start(new ProcessStartInfo(SampleProgram.Path("Cluster"), ["--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true })!;
        try
        {
            var page = new Uri(Link().Match((await front.StandardOutput.ReadLineAsync().Soon())!).Value);
            using var http = new HttpClient();
            using var late = new CancellationTokenSource(Deadline.Long);
            string shown;
            while (Row().Count(shown = await http.GetStringAsync(page, late.Token)) < 3)
                await Task.Delay(100, late.Token);
            var answer = await PostAsync(http, page, "fetch", "url", site.Root + "/");
            Assert.Matches($"^200 {Site.Echoed("GET", []).Length} bytes from {site.Root}/ by process \\d+\n$", answer);
            Assert.Equal("exit 0 (Itself)\nhello\n", await PostAsync(http, page, "run", "line", "echo hello"));

            // Each node's own page is linked, and its token lets a reader in.
            foreach (var link in TaskManager().Matches(shown).Select(static match => new Uri(match.Groups[1].Value)))
            {
                using var ask = new HttpRequestMessage(HttpMethod.Get, new Uri(link, "picture"));
                ask.Headers.Authorization = new("Bearer", link.Fragment["#token=".Length..]);
                using var picture = await http.SendAsync(ask).Soon();
                Assert.Equal(HttpStatusCode.OK, picture.StatusCode);
            }
            using var stranger = await http.GetAsync(new Uri(page, "/")).Soon();
            Assert.Equal(HttpStatusCode.Forbidden, stranger.StatusCode);
            using var form = new FormUrlEncodedContent([new("line", "true")]);
            using var refused = await http.PostAsync(new Uri(page, "/run"), form).Soon();
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.StartsWith("refused: the address has no token", await refused.Content.ReadAsStringAsync().Soon(), StringComparison.Ordinal);
            using var noForm = await http.PostAsync(new Uri(page, $"/run{page.Query}"), new StringContent("true")).Soon();
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, noForm.StatusCode);
            Assert.Contains("no form", await noForm.Content.ReadAsStringAsync().Soon(), StringComparison.Ordinal);

            var all = Below(front.Id);
            Assert.True(all.Count > 3, "Three nodes, and a child of the one that fetched.");
            await Signals.SendAsync(front.Id, "INT");
            // Four members leave the cluster one after the other, which takes gossip's rounds on a busy machine.
            await front.StandardOutput.ReadToEndAsync().WaitAsync(3 * Deadline.Long);
            await front.WaitForExitAsync().Soon();
            Assert.Equal(0, front.ExitCode);
            await ProcessTable.Until(() => !all.Any(ProcessTable.IsRunning), TimeSpan.FromSeconds(2));
        }
        finally
        {
            if (!front.HasExited)
                front.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> PostAsync(HttpClient http, Uri page, string what, string field, string value)
    {
        using var form = new FormUrlEncodedContent([new(field, value)]);
        using var answer = await http.PostAsync(new Uri(page, $"/{what}{page.Query}"), form).Soon();
        return await answer.Content.ReadAsStringAsync().Soon();
    }

    private static List<int> Below(int pid)
    {
        var all = ProcessTable.ChildrenOf(pid).ToList();
        for (var i = 0; i < all.Count; i++)
            all.AddRange(ProcessTable.ChildrenOf(all[i]));
        return all;
    }

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Link();

    [GeneratedRegex("<td>linked<td>")]
    private static partial Regex Row();

    [GeneratedRegex("href=\"([^\"]+)\">its processes")]
    private static partial Regex TaskManager();
}
