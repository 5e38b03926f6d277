// The official client for Java, unchanged, as the table of clients in the local server's README has it.

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.OSSException;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyun.oss.model.DeleteObjectsRequest;
import com.aliyun.oss.model.DownloadFileRequest;
import com.aliyun.oss.model.ObjectMetadata;
import com.aliyun.oss.model.UploadFileRequest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Date;
import java.util.List;

public class Client {
    static final String ENDPOINT = System.getenv("OSS_ENDPOINT");
    static final String ID = System.getenv("OSS_ACCESS_KEY_ID");
    static final String SECRET = System.getenv("OSS_ACCESS_KEY_SECRET");
    static int passed;

    static void check(String what, boolean holds, Object found) {
        if (!holds) {
            throw new AssertionError(what + ": " + found);
        }
        passed++;
        System.out.println("ok " + what);
    }

    static void refused(String what, Runnable action, String code) {
        String found = "nothing was refused";
        try {
            action.run();
        } catch (OSSException error) {
            found = error.getErrorCode();
        }
        check(what, found.equals(code), found);
    }

    static String read(InputStream body) throws Exception {
        try (body) {
            return new String(body.readAllBytes(), "UTF-8");
        }
    }

    /** As the README has it, which signs with V1. */
    static OSS connect(String secret) {
        ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();
        configuration.setSLDEnabled(true);
        return new OSSClientBuilder().build(ENDPOINT, ID, secret, configuration);
    }

    static OSS connectV4(String secret) {
        ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();
        configuration.setSLDEnabled(true);
        configuration.setSignatureVersion(SignVersion.V4);
        return OSSClientBuilder.create().endpoint(ENDPOINT).region(System.getenv("OSS_REGION"))
            .credentialsProvider(new DefaultCredentialProvider(ID, secret)).clientConfiguration(configuration).build();
    }

    static void use(String name, OSS client, OSS wrong) throws Throwable {
        client.createBucket(name);
        check("doesBucketExist", client.doesBucketExist(name), name);
        String key = "a b/%41+\u00e9?#.txt";
        ObjectMetadata metadata = new ObjectMetadata();
        metadata.addUserMetadata("color", "blue");
        client.putObject(name, key, new ByteArrayInputStream("hello".getBytes()), metadata);
        check("getObject", read(client.getObject(name, key).getObjectContent()).equals("hello"), key);
        String color = client.getObjectMetadata(name, key).getUserMetadata().get("color");
        check("getObjectMetadata", color.equals("blue"), color);
        List<?> listed = client.listObjectsV2(name, "a b/").getObjectSummaries();
        check("listObjectsV2", listed.size() == 1, listed);

        Path file = Path.of(System.getenv("SCRATCH"), name);
        byte[] bytes = new byte[700 << 10];
        Arrays.fill(bytes, (byte) 7);
        Files.write(file, bytes);
        client.uploadFile(new UploadFileRequest(name, "large", file.toString(), 256 << 10, 2));
        DownloadFileRequest download = new DownloadFileRequest(name, "large", file + ".back", 256 << 10, 2, false);
        client.downloadFile(download);
        check("uploadFile and downloadFile", Arrays.equals(bytes, Files.readAllBytes(Path.of(file + ".back"))), file);

        Date end = new Date(System.currentTimeMillis() + 60_000);
        String signed = read(client.generatePresignedUrl(name, key, end).openStream());
        check("a signed URL", signed.equals("hello"), signed);
        refused("a missing key", () -> client.getObject(name, "missing"), "NoSuchKey");
        refused("a wrong secret", () -> wrong.getObject(name, key), "SignatureDoesNotMatch");

        client.deleteObjects(new DeleteObjectsRequest(name).withKeys(List.of(key, "large")));
        client.deleteBucket(name);
        check("it is gone", !client.doesBucketExist(name), name);
        client.shutdown();
        wrong.shutdown();
    }

    public static void main(String[] arguments) throws Throwable {
        use("java-v1", connect(SECRET), connect("x"));
        use("java-v4", connectV4(SECRET), connectV4("x"));
        System.out.println(passed + " checks passed, 0 failed");
    }
}
