using System.Diagnostics;
using System.Runtime.InteropServices;
using ActorBrowser.Interop;

namespace ActorBrowser.TransportTests;

public sealed class LayoutSpecs
{
    [FactNeeds("gcc", "libc6-dev")]
    public void Struct_layouts_are_those_of_the_C_headers()
    {
        const string Program = """
            #define _GNU_SOURCE
            #include <stddef.h>
            #include <stdio.h>
            #include <signal.h>
            #include <sys/epoll.h>
            #include <sys/socket.h>
            int main(void) {
              printf("%zu %zu %zu %zu ", sizeof(struct msghdr), offsetof(struct msghdr, msg_control), offsetof(struct msghdr, msg_controllen), offsetof(struct msghdr, msg_flags));
              printf("%zu %zu %zu ", sizeof(struct cmsghdr), offsetof(struct cmsghdr, cmsg_level), offsetof(struct cmsghdr, cmsg_type));
              printf("%zu %zu ", sizeof(struct epoll_event), offsetof(struct epoll_event, data));
              printf("%zu %zu %zu\n", offsetof(siginfo_t, si_pid), offsetof(siginfo_t, si_status), offsetof(siginfo_t, si_code));
              return 0;
            }
            """;
        var folder = Directory.CreateTempSubdirectory("actorbrowser-layout");
        try
        {
            var source = Path.Combine(folder.FullName, "layout.c");
            var binary = Path.Combine(folder.FullName, "layout");
            File.WriteAllText(source, Program);
            Assert.Equal("", Run("cc", "-o", binary, source));
            var ours = $"{Marshal.SizeOf<MessageHeader>()} 32 40 48 16 8 12 {(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "12 4" : "16 8")} 16 24 8\n";
            Assert.Equal(Run(binary), ours);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
