package issue

import "github.com/futura/airlicense/verify/short"

// Short returns the lines of the short form of a license that answers a
// reviewed request, for a site that a telephone call reaches and nothing
// else. The license was made from them again, and compared, before they are
// returned.
func (d *Desk) Short(review *Review, reply *Reply) ([]string, error) {
	form, err := short.Of(reply.License.Document, &review.Request.Request, review.Request.Digest(), review.Profile, d.Trust.IssuerCertificate())
	if err != nil {
		return nil, err
	}
	return form.Lines()
}
